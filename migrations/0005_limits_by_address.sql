-- Log-ins are limited by the client's address alone, too, and so are registrations. Statements are separated by empty
-- lines, and each can run again.

-- A hash of the address. It hides the address from a glance and no more, as there are few enough of them to try all;
-- so the rows are deleted as soon as they count no longer.
ALTER TABLE login_attempts ADD COLUMN address TEXT;

CREATE INDEX IF NOT EXISTS login_attempts_address ON login_attempts (address, at);

-- Accounts that were registered from an address, or are being registered; `at` is in seconds since 1970.
CREATE TABLE IF NOT EXISTS registrations (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS registrations_address ON registrations (address, at);

CREATE INDEX IF NOT EXISTS registrations_at ON registrations (at);
