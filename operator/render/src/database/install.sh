# Makes the data folder when there is none. The marker comes last: a half-made folder is made anew.
set -eu
[ -e /data/initialised ] && exit 0
rm -rf /data/mysql
@INSTALL@
touch /data/initialised
