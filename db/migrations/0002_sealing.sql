CREATE TABLE "journal"."tiles" (
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "tiles_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
ALTER TABLE "journal"."checkpoints" ADD COLUMN "verifier_key" text NOT NULL;--> statement-breakpoint
ALTER TABLE "journal"."entries" ADD COLUMN "transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "journal_entries_transaction" ON "journal"."entries" USING btree ("transaction","sequence");--> statement-breakpoint
ALTER TABLE "journal"."leaves" ADD CONSTRAINT "journal_leaves_entry" UNIQUE("stream","position");--> statement-breakpoint
GRANT SELECT, INSERT ON journal.tiles TO countersign_app;
--> statement-breakpoint
CREATE TRIGGER tiles_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.tiles FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();
