dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")
math.randomseed(os.time())
local run = math.random(1, 1e9)

function request()
  count = count + 1
  json["Idempotency-Key"] = run .. "-" .. count .. "-" .. math.random(1, 1e9)
  return wrk.format("POST", "/orders", json, body)
end
