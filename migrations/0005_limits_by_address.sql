-- Log-ins are limited by the client's address and its network, too, and so are registrations. Statements are
-- separated by empty lines, and each can run again.

-- Hashes of the address, and of the network that it is of. They hide both from a glance and no more, as there are few
-- enough of them to try all; so the rows are deleted as soon as they count no longer. An attempt that did not fail has
-- an empty `pair`.
ALTER TABLE login_attempts ADD COLUMN address TEXT;

ALTER TABLE login_attempts ADD COLUMN network TEXT;

CREATE INDEX IF NOT EXISTS login_attempts_address ON login_attempts (address, at);

CREATE INDEX IF NOT EXISTS login_attempts_network ON login_attempts (network, at);

-- Accounts that were registered from an address, or are being registered; `in_vain` is 1 where no account came of it,
-- `at` is in seconds since 1970.
CREATE TABLE IF NOT EXISTS registrations (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    network TEXT NOT NULL,
    in_vain INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS registrations_address ON registrations (address, at);

CREATE INDEX IF NOT EXISTS registrations_network ON registrations (network, at);

CREATE INDEX IF NOT EXISTS registrations_at ON registrations (at);
