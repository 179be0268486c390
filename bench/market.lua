-- Orders of LINES lines, of the products 1 to LINES, all of user 1; in MARKET, if it is said, by who reads LANGUAGE.
local lines, market, language = tonumber(os.getenv("LINES")), os.getenv("MARKET"), os.getenv("LANGUAGE")
local json = { ["Content-Type"] = "application/json", ["user_id"] = "1" }
if language ~= "" then json["Accept-Language"] = language end

local parts = {}
for line = 1, lines do parts[line] = '{"id": ' .. line .. ', "quantity": 1}' end
local named = market ~= "" and ', "marketplace": "' .. market .. '"' or ""
local body = '{"products": [' .. table.concat(parts, ", ") .. "]" .. named .. "}"

function request() return wrk.format("POST", "/orders", json, body) end
