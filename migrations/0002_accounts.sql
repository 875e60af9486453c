-- Accounts and logins. Statements are separated by empty lines, and each can run again.

-- `name_key` is the name after NFKC and case folding: names that look alike so are one name. `password_hash`
-- is as Werkzeug's `generate_password_hash` makes it.
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    nickname TEXT,
    password_hash TEXT NOT NULL,
    password_changed_at TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS users_name ON users (name_key);

-- A login. The client's cookie holds a random token, and here is its SHA-256: who reads this table cannot
-- log in with it. `expires_at` is in seconds since 1970.
CREATE TABLE IF NOT EXISTS sessions (
    token_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sessions_user ON sessions (user_id);

CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at);

-- With a new password every login ends, in the same statement. A hash that is made anew of the same
-- password leaves `password_changed_at` alone.
CREATE TRIGGER IF NOT EXISTS users_password_changed AFTER UPDATE OF password_changed_at ON users BEGIN
    DELETE FROM sessions WHERE user_id = new.id;
END;

CREATE TRIGGER IF NOT EXISTS users_deleted AFTER DELETE ON users BEGIN
    DELETE FROM sessions WHERE user_id = old.id;
END;

-- Attempts to log in that failed, or that are being checked. `pair` is a hash of the account's name and the
-- client's address, neither of which is kept; `at` is in seconds since 1970.
CREATE TABLE IF NOT EXISTS login_attempts (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL,
    at INTEGER NOT NULL
);

CREATE INDEX IF NOT EXISTS login_attempts_pair ON login_attempts (pair, at);

CREATE INDEX IF NOT EXISTS login_attempts_at ON login_attempts (at);
