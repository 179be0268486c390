dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")
local query = os.getenv("QUERY")
-- Some lists are for the operator only.
if not token then json["user_id"] = "100" end

-- From the first half, so that a whole page follows.
function request()
  return wrk.format("GET", "/orders?limit=50&after=" .. math.random(1, math.max(1, math.floor(last / 2))) .. query, json)
end
