-- As post.lua, in the trace TRACE if it is not empty.
dofile((debug.getinfo(1).source:sub(2):gsub("[^/]*$", "")) .. "common.lua")
local trace = os.getenv("TRACE")
if trace ~= "" then json["traceparent"] = trace end
request = post
