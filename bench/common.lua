-- What the cases share: user 1, the orders FIRST to LAST, all of user 1.
first, last = tonumber(os.getenv("FIRST")), tonumber(os.getenv("LAST"))
json = { ["user_id"] = "1", ["Content-Type"] = "application/json" }
body = '{"products": [{"id": 9, "quantity": 7}, {"id": 1, "quantity": 1}]}'
count = 0

function any() return math.random(first, last) end
function post() return wrk.format("POST", "/orders", json, body) end
function get() return wrk.format("GET", "/orders/" .. any(), json) end
function page() return wrk.format("GET", "/orders?limit=50&after=" .. math.random(1, first - 50), json) end
function patch()
  count = count + 1
  local shipment = '{"shippingProvider": "USPS", "trackingNumber": "' .. count .. '"}'
  return wrk.format("PATCH", "/orders/" .. any() .. "/tracking", json, shipment)
end
