-- An edge was told to everybody, or recorded: forget that it was to be, unless there is a newer one.
local p, set, user, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', p .. 's:' .. user, 'version') == version then redis.call('ZREM', p .. set, user) end
return 1
