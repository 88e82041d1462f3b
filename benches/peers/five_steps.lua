-- The five-step journey for wrk: what a careful tester would write, and no more.
--
-- wrk does not say which connection asks, so a dossier's next step is queued when the answer to its last one has been
-- read: code and state are in every answer of the target. Every answer is checked (status and a known state) and the
-- next step carries what was captured. Not done here, and done by vandan: a population that follows a document, a due
-- instant per request, the recording of every exchange and of what the portal asserted in it.

local families = { "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Võ", "Đặng", "Bùi", "Đỗ" }
local middles = { "Văn", "Thị", "Đức", "Minh", "Ngọc", "Thanh", "Hữu", "Kim" }
local givens = { "An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khánh", "Linh", "Nam", "Phương", "Quân", "Trang" }

local form = '{"procedure":"1.001612","unit":"H53.20","channel":"online","client_reference":"W%08d","applicant":{'
    .. '"full_name":"%s","citizen_number":"%s","phone":"%s","email":"c%08d@example.vn","address":"%s"},"form":{'
    .. '"subject":"Hồ sơ 1.001612 của %s","note":"Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu '
    .. 'trách nhiệm trước pháp luật về lời khai của mình.","attachments":['
    .. '{"name":"don-de-nghi.pdf","kind":"application","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},'
    .. '{"name":"giay-to-tuy-than.pdf","kind":"identity","sha256":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}]},'
    .. '"return_method":"post","return_address":"%s","payment_method":"online"}'

local json = { ["Content-Type"] = "application/json" }
local random, concat = math.random, table.concat

-- Steps that wait to be asked: a ring, so that taking the oldest costs the same however many wait.
local waiting, first, last = {}, 1, 0
local citizens = {}
local submitted = 0
asked, wrong = 0, 0

local function citizen()
    submitted = submitted + 1
    return {
        number = submitted,
        name = concat({ families[random(#families)], middles[random(#middles)], givens[random(#givens)] }, " "),
        id = string.format("072%09d", random(0, 999999999)),
        phone = string.format("0999%06d", random(0, 999999)),
        address = string.format("Số %d, khu phố %d, phường %d, thành phố Tây Ninh, tỉnh Tây Ninh", random(400), random(9), random(9)),
    }
end

-- What is asked once a dossier has been seen in a state.
local follow = {
    SUBMITTED = function(code, who)
        return wrk.format("POST", "/api/dossiers/" .. code .. "/payments", json, '{"channel":"online","phone":"' .. who.phone .. '"}')
    end,
    AWAITING_PAYMENT = function(code, who, body)
        local reference = body:match('"reference":"([^"]+)"')
        return wrk.format("POST", "/api/dossiers/" .. code .. "/payments/confirmation", json,
            '{"reference":"' .. reference .. '","code":"' .. who.id:sub(-6) .. '"}')
    end,
    ACCEPTED = function(code, who)
        return wrk.format("POST", "/api/dossiers/" .. code .. "/postal-return", json,
            '{"to":"' .. who.name .. '","address":"' .. who.address .. '","phone":"' .. who.phone .. '"}')
    end,
    IN_PROCESS = function(code)
        return wrk.format("GET", "/api/dossiers/" .. code)
    end,
}

function request()
    asked = asked + 1
    if first <= last then
        local next = waiting[first]
        waiting[first] = nil
        first = first + 1
        return next
    end
    local who = citizen()
    citizens[who.number] = who
    return wrk.format("POST", "/api/dossiers", json, string.format(form, who.number, who.name, who.id, who.phone,
        who.number, who.address, who.name, who.address))
end

function response(status, headers, body)
    local code, state, number = body:match('"code":"([^"]+)","state":"([^"]+)","client_reference":"W(%d+)"')
    if not code or status >= 300 then
        wrong = wrong + 1
        return
    end
    number = tonumber(number)
    if state == "COMPLETED" then
        citizens[number] = nil
        return
    end
    last = last + 1
    waiting[last] = follow[state](code, citizens[number], body)
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done()
    for _, thread in ipairs(threads) do
        io.write(string.format("lua: asked %d, wrong %d\n", thread:get("asked"), thread:get("wrong")))
    end
end
