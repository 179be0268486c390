dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")
local query = os.getenv("QUERY")
local now = os.time()

-- A page of those that have changed since a moment from 80 to 40 days ago; behind it comes a whole page.
function request()
  local moment = os.date("!%Y-%m-%dT%H:%M:%SZ", now - math.random(40 * 86400, 80 * 86400))
  return wrk.format("GET", "/orders?limit=50&updatedFrom=" .. moment .. query, json)
end
