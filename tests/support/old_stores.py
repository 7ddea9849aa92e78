"""Stores of earlier schemas, as their versions made them, to see that each still opens."""

OLD_STORES = {
    1: """
CREATE TABLE runs (run_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, status VARCHAR(16) NOT NULL, reason TEXT,
 control VARCHAR(32), request VARCHAR(64) NOT NULL, "key" VARCHAR(200), dataset VARCHAR(64) NOT NULL,
 architecture TEXT NOT NULL, settings TEXT NOT NULL, total_params INTEGER NOT NULL, created FLOAT NOT NULL,
 started FLOAT, ended FLOAT, step INTEGER NOT NULL, total_steps INTEGER, epoch INTEGER NOT NULL,
 beats INTEGER NOT NULL, pid INTEGER, pid_started FLOAT, boot VARCHAR(64), best_epoch INTEGER, test_loss FLOAT,
 test_accuracy FLOAT, seconds FLOAT, evaluation TEXT,
 PRIMARY KEY (run_id), UNIQUE ("key"));
CREATE TABLE metrics (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
 step INTEGER NOT NULL, kind VARCHAR(8) NOT NULL, loss FLOAT, accuracy FLOAT, val_loss FLOAT, val_accuracy FLOAT,
 seconds FLOAT, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE INDEX runs_by_status ON runs (status, run_id);
PRAGMA user_version = 1;
""",
    2: """
CREATE TABLE runs (run_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, status VARCHAR(16) NOT NULL, reason TEXT,
 control VARCHAR(32), request VARCHAR(64) NOT NULL, "key" VARCHAR(200), dataset VARCHAR(64) NOT NULL,
 architecture TEXT NOT NULL, settings TEXT NOT NULL, total_params INTEGER NOT NULL, created FLOAT NOT NULL,
 started FLOAT, ended FLOAT, step INTEGER NOT NULL, total_steps INTEGER, epoch INTEGER NOT NULL,
 beats INTEGER NOT NULL, pid INTEGER, pid_started FLOAT, boot VARCHAR(64), best_epoch INTEGER, test_loss FLOAT,
 test_accuracy FLOAT, seconds FLOAT, evaluation TEXT, notes TEXT DEFAULT '' NOT NULL,
 tags TEXT DEFAULT '[]' NOT NULL, ticket INTEGER DEFAULT '0' NOT NULL, cut INTEGER DEFAULT '0' NOT NULL,
 asked_rate FLOAT, asked_rates INTEGER DEFAULT '0' NOT NULL,
 PRIMARY KEY (run_id), UNIQUE ("key"));
CREATE TABLE metrics (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
 step INTEGER NOT NULL, kind VARCHAR(8) NOT NULL, loss FLOAT, accuracy FLOAT, val_loss FLOAT, val_accuracy FLOAT,
 seconds FLOAT, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE events (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL,
 epoch INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, value FLOAT, text TEXT NOT NULL, at FLOAT NOT NULL,
 PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE INDEX runs_by_status ON runs (status, run_id);
PRAGMA user_version = 2;
""",
    3: """
CREATE TABLE runs (run_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, status VARCHAR(16) NOT NULL, reason TEXT,
 control VARCHAR(32), request VARCHAR(64) NOT NULL, "key" VARCHAR(200), dataset VARCHAR(64) NOT NULL,
 architecture TEXT NOT NULL, settings TEXT NOT NULL, total_params INTEGER NOT NULL, created FLOAT NOT NULL,
 started FLOAT, ended FLOAT, step INTEGER NOT NULL, total_steps INTEGER, epoch INTEGER NOT NULL,
 beats INTEGER NOT NULL, pid INTEGER, pid_started FLOAT, boot VARCHAR(64), best_epoch INTEGER, test_loss FLOAT,
 test_accuracy FLOAT, seconds FLOAT, evaluation TEXT, notes TEXT DEFAULT '' NOT NULL,
 tags TEXT DEFAULT '[]' NOT NULL, ticket INTEGER DEFAULT '0' NOT NULL, cut INTEGER DEFAULT '0' NOT NULL,
 asked_rate FLOAT, asked_rates INTEGER DEFAULT '0' NOT NULL, drawings TEXT, imported TEXT,
 PRIMARY KEY (run_id), UNIQUE ("key"));
CREATE TABLE metrics (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
 step INTEGER NOT NULL, kind VARCHAR(8) NOT NULL, loss FLOAT, accuracy FLOAT, val_loss FLOAT, val_accuracy FLOAT,
 seconds FLOAT, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE events (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL,
 epoch INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, value FLOAT, text TEXT NOT NULL, at FLOAT NOT NULL,
 PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE drawings (run_id VARCHAR(26) NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run_id));
CREATE INDEX runs_by_status ON runs (status, run_id);
PRAGMA user_version = 3;
""",
    4: """
CREATE TABLE runs (run_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, status VARCHAR(16) NOT NULL, reason TEXT,
 control VARCHAR(32), request VARCHAR(64) NOT NULL, "key" VARCHAR(200), dataset VARCHAR(64) NOT NULL,
 architecture TEXT NOT NULL, settings TEXT NOT NULL, total_params BIGINT NOT NULL, created FLOAT NOT NULL,
 started FLOAT, ended FLOAT, step INTEGER NOT NULL, total_steps INTEGER, epoch INTEGER NOT NULL,
 beats INTEGER NOT NULL, pid INTEGER, pid_started FLOAT, boot VARCHAR(64), best_epoch INTEGER, test_loss FLOAT,
 test_accuracy FLOAT, seconds FLOAT, evaluation TEXT, notes TEXT DEFAULT '' NOT NULL,
 tags TEXT DEFAULT '[]' NOT NULL, ticket INTEGER DEFAULT '0' NOT NULL, cut INTEGER DEFAULT '0' NOT NULL,
 asked_rate FLOAT, asked_rates INTEGER DEFAULT '0' NOT NULL, drawings TEXT, imported TEXT,
 PRIMARY KEY (run_id), UNIQUE ("key"));
CREATE TABLE metrics (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
 step INTEGER NOT NULL, kind VARCHAR(8) NOT NULL, loss FLOAT, accuracy FLOAT, val_loss FLOAT, val_accuracy FLOAT,
 seconds FLOAT, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE events (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL,
 epoch INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, value FLOAT, text TEXT NOT NULL, at FLOAT NOT NULL,
 PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE drawings (run_id VARCHAR(26) NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run_id));
CREATE TABLE sweeps (sweep_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, "key" VARCHAR(200), created FLOAT NOT NULL,
 dataset VARCHAR(64) NOT NULL, architecture TEXT NOT NULL, settings TEXT NOT NULL, search VARCHAR(16) NOT NULL,
 minutes FLOAT, "plan" TEXT NOT NULL, over_budget INTEGER NOT NULL, unfit INTEGER NOT NULL,
 PRIMARY KEY (sweep_id), UNIQUE ("key"));
CREATE TABLE sweep_runs (sweep_id VARCHAR(26) NOT NULL, number INTEGER NOT NULL, run_id VARCHAR(26) NOT NULL,
 changes TEXT NOT NULL, total_params BIGINT NOT NULL, total_macs BIGINT NOT NULL, stopped TEXT,
 PRIMARY KEY (sweep_id, number));
CREATE INDEX runs_by_status ON runs (status, run_id);
CREATE INDEX sweep_runs_by_run ON sweep_runs (run_id);
PRAGMA user_version = 4;
""",
    5: """
CREATE TABLE runs (run_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, status VARCHAR(16) NOT NULL, reason TEXT,
 control VARCHAR(32), request VARCHAR(64) NOT NULL, "key" VARCHAR(200), dataset VARCHAR(64) NOT NULL,
 architecture TEXT NOT NULL, settings TEXT NOT NULL, total_params BIGINT NOT NULL, created FLOAT NOT NULL,
 started FLOAT, ended FLOAT, step INTEGER NOT NULL, total_steps INTEGER, epoch INTEGER NOT NULL,
 beats INTEGER NOT NULL, pid INTEGER, pid_started FLOAT, boot VARCHAR(64), best_epoch INTEGER, test_loss FLOAT,
 test_accuracy FLOAT, seconds FLOAT, evaluation TEXT, notes TEXT DEFAULT '' NOT NULL,
 tags TEXT DEFAULT '[]' NOT NULL, ticket INTEGER DEFAULT '0' NOT NULL, cut INTEGER DEFAULT '0' NOT NULL,
 asked_rate FLOAT, asked_rates INTEGER DEFAULT '0' NOT NULL, drawings TEXT, imported TEXT, device TEXT,
 PRIMARY KEY (run_id), UNIQUE ("key"));
CREATE TABLE metrics (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
 step INTEGER NOT NULL, kind VARCHAR(8) NOT NULL, loss FLOAT, accuracy FLOAT, val_loss FLOAT, val_accuracy FLOAT,
 seconds FLOAT, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE events (run_id VARCHAR(26) NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL,
 epoch INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, value FLOAT, text TEXT NOT NULL, at FLOAT NOT NULL,
 PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
CREATE TABLE drawings (run_id VARCHAR(26) NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run_id));
CREATE TABLE sweeps (sweep_id VARCHAR(26) NOT NULL, name TEXT NOT NULL, "key" VARCHAR(200), created FLOAT NOT NULL,
 dataset VARCHAR(64) NOT NULL, architecture TEXT NOT NULL, settings TEXT NOT NULL, search VARCHAR(16) NOT NULL,
 minutes FLOAT, "plan" TEXT NOT NULL, over_budget INTEGER NOT NULL, unfit INTEGER NOT NULL,
 PRIMARY KEY (sweep_id), UNIQUE ("key"));
CREATE TABLE sweep_runs (sweep_id VARCHAR(26) NOT NULL, number INTEGER NOT NULL, run_id VARCHAR(26) NOT NULL,
 changes TEXT NOT NULL, total_params BIGINT NOT NULL, total_macs BIGINT NOT NULL, stopped TEXT,
 PRIMARY KEY (sweep_id, number));
CREATE INDEX runs_by_status ON runs (status, run_id);
CREATE INDEX sweep_runs_by_run ON sweep_runs (run_id);
PRAGMA user_version = 5;
""",
}
"""Version of the schema → the statements that make it."""

OLD_SETTINGS = (
    '{"batch_size":32,"epochs":5,"learning_rate":0.001,"optimizer":"Adam","seed":0,"test_limit":null,'
    '"train_limit":null,"validation_data":"split","validation_split":0.1}'
)
"""Settings of a run as version 1 wrote them."""
