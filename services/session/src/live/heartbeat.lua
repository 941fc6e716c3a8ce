-- A replica says that it lives. Answers 0 when it was unknown, which means that its connections are too.
local p, now, replica = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', p .. 'marker') == 0 then return -1 end
local known = redis.call('ZSCORE', p .. 'replicas', replica)
redis.call('ZADD', p .. 'replicas', now, replica)
return known and 1 or 0
