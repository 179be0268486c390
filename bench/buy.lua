-- Orders of LINES lines, each of one piece of a product from FIRST to LAST, all of user 1.
local first, last, lines = tonumber(os.getenv("FIRST")), tonumber(os.getenv("LAST")), tonumber(os.getenv("LINES"))
local json = { ["Content-Type"] = "application/json", ["user_id"] = "1" }

function request()
  local product, parts = math.random(first, last), {}
  for line = 1, lines do
    -- The next ones, from the beginning again behind the last.
    local id = first + (product - first + line - 1) % (last - first + 1)
    parts[line] = '{"id": ' .. id .. ', "quantity": 1}'
  end
  return wrk.format("POST", "/orders", json, '{"products": [' .. table.concat(parts, ", ") .. "]}")
end
