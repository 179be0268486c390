dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")
request = patch
