dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")

-- Of ten requests: seven reads of one order, one page, one new order, one change.
function request()
  local dice = math.random(1, 10)
  if dice <= 7 then return get() end
  if dice == 8 then return page() end
  if dice == 9 then return post() end
  return patch()
end
