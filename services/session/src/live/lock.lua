-- Takes the sweeper's lock, or keeps it. Answers 1 for whoever holds it now.
local p, owner, ttl = ARGV[1], ARGV[2], ARGV[3]
local holder = redis.call('GET', p .. 'lock')
if holder and holder ~= owner then return 0 end
redis.call('SET', p .. 'lock', owner, 'PX', ttl)
return 1
