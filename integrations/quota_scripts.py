"""What Redis reckons of quotas by itself, in one step: the arithmetic of `domain.quotas` in Lua."""

from typing import Final

CLOCK: Final = """
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1e6
end
local function level_of(key, burst, per_second)
  local kept = redis.call('HMGET', key, 'level', 'at')
  if not kept[1] then return burst end
  return math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * per_second)
end
local function keep_level(key, level, burst, per_second)
  redis.call('HSET', key, 'level', string.format('%.6f', level), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, math.ceil(burst / per_second) + 1)
end
"""
TAKE: Final = (
    CLOCK
    + """
local bucket, burst, per_second = KEYS[#KEYS], tonumber(ARGV[2]), tonumber(ARGV[3])
local cost = math.min(tonumber(ARGV[4]), burst)
local refused, wait_for, told, writes = 0, 0, {}, {}
for i = 1, #KEYS - 1 do
  local most, seconds = tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
  local taken = tonumber(ARGV[3 * i + 4])
  local number = math.floor(now / seconds)
  local into = now / seconds - number
  local kept = redis.call('HMGET', KEYS[i], 'number', 'count', 'before')
  local count, before = 0, 0
  if kept[1] then
    local ago = number - tonumber(kept[1])
    if ago == 0 then
      count, before = tonumber(kept[2]), tonumber(kept[3])
    elseif ago == 1 then
      before = tonumber(kept[2])
    end
  end
  local used = before * (1 - into) + count
  local wait = 0
  if used + taken > most then
    if taken > most then
      wait = seconds
    elseif count + taken <= most then
      wait = (1 - (most - taken - count) / before - into) * seconds
    else
      wait = (1 - into + 1 - (most - taken) / count) * seconds
    end
    if refused == 0 then refused, wait_for = i, wait end
  end
  local rest, till = most - used, wait
  if wait == 0 then till = (1 - into) * seconds end
  told[2 * i - 1] = rest
  told[2 * i] = math.max(1, math.ceil(till))
  writes[i] = {number, count + taken, before, 2 * seconds}
end
local level = level_of(bucket, burst, per_second)
if refused == 0 and level < cost then refused, wait_for = #KEYS, (cost - level) / per_second end
for i = 1, #KEYS - 1 do
  local taken = refused == 0 and tonumber(ARGV[3 * i + 4]) or 0
  told[2 * i - 1] = math.floor(math.max(0, told[2 * i - 1] - taken))
end
if refused == 0 then
  level = level - cost
  keep_level(bucket, level, burst, per_second)
  for i, each in ipairs(writes) do
    redis.call('HSET', KEYS[i], 'number', each[1], 'count', each[2], 'before', each[3])
    redis.call('EXPIRE', KEYS[i], each[4])
  end
end
return {refused, math.max(1, math.ceil(wait_for)), math.floor(level), unpack(told)}
"""
)
"""Keys: the windows and, last, the bucket. Arguments: the time, or nothing for the server's own;
burst, flow and cost; then for each window how many, in how many seconds, and how many now."""
GIVE: Final = (
    CLOCK
    + """
local burst, per_second = tonumber(ARGV[2]), tonumber(ARGV[3])
local level = level_of(KEYS[1], burst, per_second) + tonumber(ARGV[4])
keep_level(KEYS[1], math.max(0, math.min(burst, level)), burst, per_second)
return 1
"""
)
