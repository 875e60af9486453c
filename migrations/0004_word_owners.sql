-- Whose a word is, by the account's id, which no other account ever gets: a name can be deleted and registered
-- again. `owner` stays the name that the account had. Statements are separated by empty lines, and each can run again.

ALTER TABLE words ADD COLUMN owner_id INTEGER;

-- For the next statement alone: without it, every word would have all accounts read.
CREATE INDEX IF NOT EXISTS users_by_name ON users (name, created_at, id);

-- The words that are there already belong to the account of their name, unless that is younger than they are: then
-- they were an earlier account's.
UPDATE words
SET owner_id = (
    SELECT users.id FROM users
    WHERE users.name = words.owner AND users.created_at <= words.created_at
)
WHERE owner IS NOT NULL AND owner_id IS NULL;

DROP INDEX IF EXISTS users_by_name;
