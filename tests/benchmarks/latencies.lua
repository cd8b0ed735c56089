-- When each request was sent and how long its answer took, in microseconds. With a thread for each connection.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]]
local MONOTONIC, now, threads = 1, ffi.new("moment"), {}

local function microseconds()
  ffi.C.clock_gettime(MONOTONIC, now)
  return tonumber(now.seconds) * 1000000 + tonumber(now.nanoseconds) / 1000
end

function setup(thread)
  table.insert(threads, thread)
end

function init()
  answers, failed = {}, 0
end

function request()
  sent = microseconds()
  return wrk.format()
end

function response(status)
  answers[#answers + 1] = string.format("took %.0f %.0f", sent, microseconds() - sent)
  if status ~= 200 then failed = failed + 1 end
end

function done()
  for _, thread in ipairs(threads) do
    print(table.concat(thread:get("answers"), "\n"))
    print("failed " .. thread:get("failed"))
  end
end
