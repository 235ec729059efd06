-- The application's role: reads and writes what it works on, and in the journal may insert and select, nothing else.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_app') THEN CREATE ROLE countersign_app NOLOGIN; END IF;
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public, journal TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON models, model_versions, processes, reviews, review_candidates, people, access_tokens, sessions, journal_heads TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON deliveries, policies, evidence_packs, documents, decisions TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO countersign_app;
--> statement-breakpoint
GRANT USAGE, SELECT ON SEQUENCE outbox_id_seq TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON journal.entries, journal.checkpoints, journal.leaves TO countersign_app;
--> statement-breakpoint
GRANT USAGE, SELECT ON SEQUENCE journal.entries_sequence_seq TO countersign_app;
--> statement-breakpoint
CREATE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The journal is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.entries FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();
--> statement-breakpoint
CREATE TRIGGER checkpoints_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();
--> statement-breakpoint
CREATE TRIGGER leaves_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.leaves FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();
