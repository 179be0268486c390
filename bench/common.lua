-- What the cases share: user 1, by a bare header or by TOKEN, and the orders FIRST to LAST, all of user 1.
first, last = tonumber(os.getenv("FIRST")), tonumber(os.getenv("LAST"))
token = os.getenv("TOKEN")
json = { ["Content-Type"] = "application/json" }
if token then json["Authorization"] = "Bearer " .. token else json["user_id"] = "1" end
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
