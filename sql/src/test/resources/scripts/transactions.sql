-- Transactions by statement: BEGIN, COMMIT, ROLLBACK, savepoints, triggers inside them.

CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER CHECK (balance >= 0));
INSERT INTO account VALUES (1, 100), (2, 50);
BEGIN;
UPDATE account SET balance = balance - 30 WHERE id = 1;
-- count: 1
UPDATE account SET balance = balance + 30 WHERE id = 2;
-- count: 1
ROLLBACK;
SELECT balance FROM account ORDER BY id;
-- > 100
-- > 50

BEGIN IMMEDIATE;
UPDATE account SET balance = balance - 10 WHERE id = 1;
SAVEPOINT before_more;
UPDATE account SET balance = balance - 1000 WHERE id = 1;
-- error: 23514 balance >= 0
DELETE FROM account;
-- count: 2
ROLLBACK TO before_more;
RELEASE before_more;
COMMIT;
SELECT balance FROM account ORDER BY id;
-- > 90
-- > 50

COMMIT;
-- error: 25000
CREATE TABLE log (what TEXT);
CREATE TRIGGER logged AFTER UPDATE ON account BEGIN
  INSERT INTO log VALUES (old.balance || ' to ' || new.balance);
END;
BEGIN;
UPDATE account SET balance = 1 WHERE id = 2;
-- count: 1
SELECT what FROM log;
-- > 50 to 1
ROLLBACK;
SELECT count(*) FROM log;
-- > 0
