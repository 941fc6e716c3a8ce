-- A dead replica is forgotten once it holds nothing more, unless it came back meanwhile.
local p, replica, before = ARGV[1], ARGV[2], tonumber(ARGV[3])
local heard = tonumber(redis.call('ZSCORE', p .. 'replicas', replica) or '0')
if heard <= before and redis.call('SCARD', p .. 'r:' .. replica) == 0 then
  redis.call('ZREM', p .. 'replicas', replica)
end
return 1
