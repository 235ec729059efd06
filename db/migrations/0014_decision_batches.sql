CREATE TABLE "decision_batches" (
	"handle" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"command_digest" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "decision_batches_handle_idempotency_key_pk" PRIMARY KEY("handle","idempotency_key")
);
--> statement-breakpoint
GRANT SELECT, INSERT ON decision_batches TO countersign_app;
