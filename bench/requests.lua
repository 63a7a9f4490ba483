-- wrk script: sends the requests of a file, one after the other, over and over, byte for byte.
-- wrk ... -s requests.lua URL -- FILE
-- In the file each request follows a line with its length. The last line that this prints is JSON.
-- A status counts as wrong from 400 on: wrk counts these by itself, whereas a response() of ours
-- would slow wrk down, and with it the faster of two servers.

local requests = {}
local next_request = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "per_second": %.1f, "p50_ms": %.3f, "p99_ms": %.3f, "statuses": %d, '
      .. '"connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
    errors.connect, errors.read, errors.write, errors.timeout))
end
