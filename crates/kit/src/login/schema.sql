-- The tables that a login needs, and that a new password or a deleted account ends its logins. An application may
-- have more columns.

CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    nickname TEXT,
    password_hash TEXT NOT NULL,
    password_changed_at TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sessions (
    token_hash TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS users_password_changed AFTER UPDATE OF password_changed_at ON users BEGIN
    DELETE FROM sessions WHERE user_id = new.id;
END;

CREATE TRIGGER IF NOT EXISTS users_deleted AFTER DELETE ON users BEGIN
    DELETE FROM sessions WHERE user_id = old.id;
END;
