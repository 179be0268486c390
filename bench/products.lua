-- Pages of 100 products, from anywhere.
local last = tonumber(os.getenv("LAST"))

function request()
  return wrk.format("GET", "/products?limit=100&after=" .. math.random(0, last - 100))
end
