ALTER TABLE "review_candidates" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
UPDATE review_candidates c SET revision = r.revision FROM reviews r WHERE r.id = c.review_id AND c.closed_at IS NULL AND c.revision <> r.revision;
--> statement-breakpoint
CREATE FUNCTION copy_revision_to_candidates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE review_candidates SET revision = NEW.revision WHERE review_id = NEW.id AND is_waiting;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- A review that closes waits for nobody any more, so most decisions pay nothing here.
CREATE TRIGGER candidates_follow_revision AFTER UPDATE OF revision ON reviews FOR EACH ROW
  WHEN (NEW.closed_at IS NULL AND NEW.revision <> OLD.revision) EXECUTE FUNCTION copy_revision_to_candidates();
