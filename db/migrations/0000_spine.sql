CREATE SCHEMA "journal";
--> statement-breakpoint
CREATE TABLE "access_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"label" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"review_id" text NOT NULL,
	"handle" text NOT NULL,
	"department" text,
	"outcome" text NOT NULL,
	"reason" text NOT NULL,
	"form" jsonb NOT NULL,
	"revision" integer NOT NULL,
	"evidence_digest" text NOT NULL,
	"channel" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"command_digest" text NOT NULL,
	"receipt" jsonb NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "decisions_review_person" UNIQUE("review_id","handle"),
	CONSTRAINT "decisions_person_key" UNIQUE("handle","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"source" text NOT NULL,
	"delivery_id" text NOT NULL,
	"body_digest" text NOT NULL,
	"answer" jsonb NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deliveries_source_delivery_id_pk" PRIMARY KEY("source","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"digest" text PRIMARY KEY NOT NULL,
	"media_type" text NOT NULL,
	"content" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "evidence_packs" (
	"digest" text PRIMARY KEY NOT NULL,
	"model_version_id" text NOT NULL,
	"round" integer NOT NULL,
	"criteria_digest" text NOT NULL,
	"content" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal"."checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root_hash" text NOT NULL,
	"note" text NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal"."entries" (
	"stream" text NOT NULL,
	"position" integer NOT NULL,
	"sequence" bigserial NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" text NOT NULL,
	"content" "bytea" NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "entries_stream_position_pk" PRIMARY KEY("stream","position")
);
--> statement-breakpoint
CREATE TABLE "journal_heads" (
	"stream" text PRIMARY KEY NOT NULL,
	"position" integer NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal"."leaves" (
	"number" bigint PRIMARY KEY NOT NULL,
	"stream" text NOT NULL,
	"position" integer NOT NULL,
	"leaf_hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"model" text NOT NULL,
	"version" text NOT NULL,
	"stage" text NOT NULL,
	"risk_tier" text NOT NULL,
	"owner" text NOT NULL,
	"author" text NOT NULL,
	"contributors" text[] NOT NULL,
	"artifact_digest" text NOT NULL,
	"submission" jsonb NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"evidence_digest" text,
	"policy_id" text NOT NULL,
	"policy_version" integer NOT NULL,
	"submitted_by" text NOT NULL,
	"approved_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "model_versions_model_version" UNIQUE("model","version")
);
--> statement-breakpoint
CREATE TABLE "models" (
	"name" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workflow_id" text NOT NULL,
	"message" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"available_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "people" (
	"handle" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"type" text NOT NULL,
	"roles" text[] NOT NULL,
	"department" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"risk_tier" text NOT NULL,
	"digest" text NOT NULL,
	"rules" jsonb NOT NULL,
	"source" text NOT NULL,
	"published_by" text NOT NULL,
	"published_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policies_id_version_pk" PRIMARY KEY("id","version")
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"id" text PRIMARY KEY NOT NULL,
	"model_version_id" text NOT NULL,
	"kind" text NOT NULL,
	"round" integer NOT NULL,
	"state" text NOT NULL,
	"outcome" text,
	"outcome_reason" text,
	"workflow_id" text NOT NULL,
	"policy_id" text NOT NULL,
	"policy_version" integer NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "processes_version_kind_round" UNIQUE("model_version_id","kind","round")
);
--> statement-breakpoint
CREATE TABLE "review_candidates" (
	"handle" text NOT NULL,
	"review_id" text NOT NULL,
	"role" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"is_waiting" boolean NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "review_candidates_review_id_handle_pk" PRIMARY KEY("review_id","handle")
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"id" text PRIMARY KEY NOT NULL,
	"process_id" text NOT NULL,
	"process_kind" text NOT NULL,
	"model_version_id" text NOT NULL,
	"model" text NOT NULL,
	"version" text NOT NULL,
	"risk_tier" text NOT NULL,
	"kind" text NOT NULL,
	"sign_off" text NOT NULL,
	"round" integer NOT NULL,
	"title" text NOT NULL,
	"question" text NOT NULL,
	"summary" text NOT NULL,
	"state" text NOT NULL,
	"outcome" text,
	"revision" integer NOT NULL,
	"material_revision" integer NOT NULL,
	"evidence_digest" text NOT NULL,
	"quorum_required" integer NOT NULL,
	"approvals" integer DEFAULT 0 NOT NULL,
	"rejections" integer DEFAULT 0 NOT NULL,
	"missing_roles" text[] NOT NULL,
	"assignee" text,
	"terms" jsonb NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_by" text,
	"closed_reason" text,
	CONSTRAINT "reviews_process_sign_off_kind" UNIQUE("process_id","sign_off","kind")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"session_hash" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_handle_people_handle_fk" FOREIGN KEY ("handle") REFERENCES "public"."people"("handle") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_handle_people_handle_fk" FOREIGN KEY ("handle") REFERENCES "public"."people"("handle") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decisions_person_at" ON "decisions" USING btree ("handle","decided_at");--> statement-breakpoint
CREATE INDEX "journal_entries_sequence" ON "journal"."entries" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "journal_entries_actor" ON "journal"."entries" USING btree ("actor_id","sequence");--> statement-breakpoint
CREATE INDEX "journal_entries_type" ON "journal"."entries" USING btree ("type","sequence");--> statement-breakpoint
CREATE INDEX "model_versions_model_created" ON "model_versions" USING btree ("model","created_at");--> statement-breakpoint
CREATE INDEX "outbox_available" ON "outbox" USING btree ("available_at","id");--> statement-breakpoint
CREATE INDEX "outbox_workflow" ON "outbox" USING btree ("workflow_id","id");--> statement-breakpoint
CREATE INDEX "processes_running" ON "processes" USING btree ("state","started_at");--> statement-breakpoint
CREATE INDEX "review_candidates_waiting" ON "review_candidates" USING btree ("handle","due_at","review_id") WHERE is_waiting;--> statement-breakpoint
CREATE INDEX "review_candidates_handle" ON "review_candidates" USING btree ("handle","due_at","review_id");--> statement-breakpoint
CREATE INDEX "reviews_open_due" ON "reviews" USING btree ("due_at","id") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "reviews_created" ON "reviews" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "reviews_model_version" ON "reviews" USING btree ("model_version_id");