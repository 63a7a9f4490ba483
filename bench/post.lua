-- wrk script: posts the lines of a file as form bodies, one after the other, over and over.
-- wrk ... -s post.lua URL -- FILE
-- The last line that it prints is JSON. A status is unexpected from 400 on: wrk counts these by
-- itself, whereas a response() of ours would slow wrk down, and with it the faster of two servers.

local requests = {}
local next_request = 0

function init(arguments)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests_per_second": %.1f, "p99_ms": %.3f, "unexpected": %d, "broken": %d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
