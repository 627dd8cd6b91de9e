"""The tables beside Procrastinate's: nodes, tokens, frames, shared content. Times are the database's own."""

TABLES_LOCK = "SELECT pg_advisory_xact_lock(x'6f726371'::int);\n"

TABLES = """
CREATE TABLE IF NOT EXISTS orch_node_tokens (
  digest text PRIMARY KEY, zone text NOT NULL, invited_by text NOT NULL,
  until timestamptz NOT NULL, used boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS orch_nodes (
  name text PRIMARY KEY, zone text NOT NULL, verify text NOT NULL, box text NOT NULL,
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(), enrolled_by text NOT NULL,
  draining boolean NOT NULL DEFAULT false, gone boolean NOT NULL DEFAULT false, heard_at timestamptz);
CREATE TABLE IF NOT EXISTS orch_server_keys (
  before text PRIMARY KEY, verify text NOT NULL, box text NOT NULL, name text NOT NULL, signature text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS orch_calls (
  id text PRIMARY KEY, zone text NOT NULL, queue text NOT NULL, frame bytea NOT NULL,
  attempt text NOT NULL DEFAULT '', content text NOT NULL DEFAULT '', job bigint, taken_by text NOT NULL DEFAULT '',
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  answered_by text, answer bytea);
CREATE UNIQUE INDEX IF NOT EXISTS orch_calls_attempt ON orch_calls (attempt) WHERE attempt <> '';
CREATE TABLE IF NOT EXISTS orch_reports (
  attempt text PRIMARY KEY, node text NOT NULL, number bigint NOT NULL, last boolean NOT NULL, frame bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS orch_contents (
  digest text NOT NULL, part integer NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (digest, part));
CREATE TABLE IF NOT EXISTS orch_whole_contents (
  digest text PRIMARY KEY, parts integer NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
"""
