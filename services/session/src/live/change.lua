-- Applies one change to a person's connections and says whether her presence changed. Atomic: whoever runs it.
-- A connection is "L|number|replica|active ms" while it lives and "T|number||closed ms" for a while afterwards (a
-- tombstone, so that a late event can't raise a ghost). Numbers have twenty digits: they compare as text.
local p, user, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local idle_after, debounce = tonumber(ARGV[4]), tonumber(ARGV[5])
local what, conn, number, replica = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local active, deadline, base, base_since = ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local TOMBSTONE_MS = 600000
local STATE_MS = 30 * 24 * 3600 * 1000

if redis.call('EXISTS', p .. 'marker') == 0 then return { 'lost' } end
local conns, state, member = p .. 'c:' .. user, p .. 's:' .. user, user .. '/' .. conn

local function ms(n) return string.format('%.0f', n) end
local function parse(text) return string.match(text or '', '^(%a)|(%d+)|([^|]*)|(%d*)$') end
local function unlist(holder)
  if holder == 'rest' then redis.call('ZREM', p .. 'rest', member) else redis.call('SREM', p .. 'r:' .. holder, member) end
end
local function alive(at)
  redis.call('HSET', conns, conn, 'L|' .. number .. '|' .. replica .. '|' .. at)
  if replica == 'rest' then
    redis.call('ZADD', p .. 'rest', deadline, member)
  else
    redis.call('SADD', p .. 'r:' .. replica, member)
    redis.call('ZADD', p .. 'replicas', 'NX', ms(now), replica)
  end
end

local kind, known, holder, at = parse(redis.call('HGET', conns, conn))
local newer = not kind or number > known
if what == 'ended' or what == 'refreshed' or (what == 'alive' and replica == 'rest') then
  -- A REST client calls in order, maybe at processes whose clocks differ: its last call counts.
  if not newer then number = string.format('%020.0f', tonumber(known) + 1) end
  newer = true
end
if what == 'alive' then
  if newer and not (replica == 'rest' and kind == 'L' and holder ~= 'rest') then
    if kind == 'L' and holder ~= replica then unlist(holder) end
    if kind == 'L' and tonumber(at) > tonumber(active) then active = at end
    alive(active)
  end
elseif what == 'announced' then
  if newer or (kind == 'L' and number == known) then
    if kind == 'L' and holder ~= replica then unlist(holder) end
    alive(active)
  end
elseif what == 'refreshed' then
  if kind ~= 'L' or holder ~= 'rest' then return { 'missing' } end
  if newer then alive(active) end
elseif what == 'closed' or what == 'ended' then
  if what == 'ended' and (kind ~= 'L' or holder ~= 'rest') then return { 'missing' } end
  if newer then
    if kind == 'L' then unlist(holder) end
    redis.call('HSET', conns, conn, 'T|' .. number .. '||' .. ms(now))
  end
elseif what == 'expired' then
  -- Its holder may have come back since the sweeper looked: then its score is above the sweeper's limit.
  local score
  if replica == 'rest' then
    score = redis.call('ZSCORE', p .. 'rest', member)
  else
    score = redis.call('ZSCORE', p .. 'replicas', replica)
  end
  if tonumber(score or '0') <= tonumber(deadline) then
    if kind == 'L' and holder == replica then redis.call('HDEL', conns, conn) end
    unlist(replica)
  end
end

local live, latest = 0, 0
local all = redis.call('HGETALL', conns)
for i = 1, #all, 2 do
  local k, _, _, t = parse(all[i + 1])
  if k == 'L' then
    live = live + 1
    latest = math.max(latest, tonumber(t))
  elseif tonumber(t or '0') + TOMBSTONE_MS < now then
    redis.call('HDEL', conns, all[i])
  end
end

local presence = redis.call('HGET', state, 'presence')
if not presence then
  if base == '' then return { 'unknown' } end
  presence = base
  redis.call('HSET', state, 'presence', base, 'version', '0', 'since', base_since)
end

local is, due = presence, nil
if live > 0 then
  redis.call('HDEL', state, 'off')
  if latest + idle_after <= now then is = 'idle' else is, due = 'online', latest + idle_after end
elseif presence ~= 'offline' then
  local off = tonumber(redis.call('HGET', state, 'off') or now)
  redis.call('HSET', state, 'off', ms(off))
  if off + debounce <= now then is = 'offline' else due = off + debounce end
end

local edge = is ~= presence
if edge then
  local since = ms(now)
  if is == 'offline' then since = redis.call('HGET', state, 'off') or since end
  local version = ms(math.max(tonumber(redis.call('HGET', state, 'version') or '0') + 1, now))
  redis.call('HSET', state, 'presence', is, 'version', version, 'since', since)
  redis.call('HDEL', state, 'off')
  redis.call('ZADD', p .. 'untold', ms(now), user)
  redis.call('ZADD', p .. 'unrecorded', ms(now), user)
end
if due then redis.call('ZADD', p .. 'due', ms(due), user) else redis.call('ZREM', p .. 'due', user) end
if live > 0 then
  redis.call('PERSIST', conns)
  redis.call('PERSIST', state)
else
  redis.call('PEXPIRE', conns, TOMBSTONE_MS)
  redis.call('PEXPIRE', state, STATE_MS)
end
if not edge then return { 'same' } end
return { 'edge', is, redis.call('HGET', state, 'version'), redis.call('HGET', state, 'since') }
