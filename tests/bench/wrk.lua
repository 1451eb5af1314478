-- One line of JSON at the end, latencies in ms; a fourth argument is an If-None-Match header.
init = function(args)
  if args[1] then wrk.headers["If-None-Match"] = args[1] end
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"errors":%d}\n', summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, e.status + e.connect + e.read + e.write + e.timeout))
end
