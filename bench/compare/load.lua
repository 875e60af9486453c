-- Tells wrk what to send, and prints what it measured as JSON, for load.py.
--
-- In the environment: LOAD_REQUESTS is a file of whole requests, each behind its length in a line of its own;
-- they are sent in turns. LOAD_NUMBERED is 1 where they have places for a number, which begins with LOAD_FIRST
-- and is another one each time: twelve @ become that number, and twelve ^ an address made of it.

-- So many requests a thread can make before its numbers are another's.
local NUMBERS_OF_A_THREAD = 1000000

local threads = 0

function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
end

local function read_requests(path)
    local file = assert(io.open(path, "rb"))
    local found = {}
    while true do
        local size = file:read("*n")
        if not size then
            break
        end
        file:read(1)
        found[#found + 1] = file:read(size)
    end
    file:close()
    return found
end

-- The parts of a request: texts, and functions of the number.
local function parts_of(request)
    local found = {}
    local from = 1
    while true do
        local number = request:find("@@@@@@@@@@@@", from, true)
        local address = request:find("^^^^^^^^^^^^", from, true)
        local at = math.min(number or math.huge, address or math.huge)
        if at == math.huge then
            found[#found + 1] = request:sub(from)
            return found
        end
        found[#found + 1] = request:sub(from, at - 1)
        found[#found + 1] = at == number and function(n)
            return string.format("%012d", n)
        end or function(n)
            return string.format("%d.%d.%d.1", 11 + n / 65536 % 200, n / 256 % 256, n % 256)
        end
        from = at + 12
    end
end

local requests
local next_number

function init()
    requests = read_requests(os.getenv("LOAD_REQUESTS"))
    if os.getenv("LOAD_NUMBERED") == "1" then
        for index, request in ipairs(requests) do
            requests[index] = parts_of(request)
        end
    end
    next_number = tonumber(os.getenv("LOAD_FIRST")) + thread_number * NUMBERS_OF_A_THREAD
    -- What is sent where there is no function `request`, which wrk then does not have to call each time.
    wrk.format = function()
        return requests[1]
    end
end

if os.getenv("LOAD_NUMBERED") == "1" then
    function request()
        local made = {}
        for index, part in ipairs(requests[1 + next_number % #requests]) do
            made[index] = type(part) == "string" and part or part(next_number)
        end
        next_number = next_number + 1
        return table.concat(made)
    end
elseif os.getenv("LOAD_IN_TURNS") == "1" then
    function request()
        next_number = next_number + 1
        return requests[1 + next_number % #requests]
    end
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        '\n{"seconds": %f, "requests": %d, "bytes": %d, "failed": %d, "p50_ms": %f, "p99_ms": %f}\n',
        summary.duration / 1e6, summary.requests - errors.status, summary.bytes, failed,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000
    ))
end
