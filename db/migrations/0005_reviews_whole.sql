CREATE TABLE "absences" (
	"id" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"deputy" text,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"canceled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "bounced_addresses" (
	"address" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"bounced_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "card_copies" (
	"review_id" text NOT NULL,
	"channel" text NOT NULL,
	"recipient" text NOT NULL,
	"place" jsonb,
	"shown_revision" integer DEFAULT 0 NOT NULL,
	"is_due" boolean DEFAULT true NOT NULL,
	"is_given_up" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_error" text,
	CONSTRAINT "card_copies_review_id_channel_recipient_pk" PRIMARY KEY("review_id","channel","recipient")
);
--> statement-breakpoint
CREATE TABLE "conditions" (
	"id" text PRIMARY KEY NOT NULL,
	"model_version_id" text NOT NULL,
	"review_id" text NOT NULL,
	"decision_id" text NOT NULL,
	"text" text NOT NULL,
	"owner" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"closed_by" text,
	"closed_at" timestamp (3) with time zone,
	"closed_reason" text
);
--> statement-breakpoint
CREATE TABLE "deferred_decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"review_id" text NOT NULL,
	"handle" text NOT NULL,
	"channel" text NOT NULL,
	"command" jsonb NOT NULL,
	"check" text NOT NULL,
	"counts_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "journal_readers" (
	"reader" text PRIMARY KEY NOT NULL,
	"transaction" "xid8" NOT NULL,
	"sequence" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mail_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"review_id" text NOT NULL,
	"handle" text NOT NULL,
	"revision" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"handle" text NOT NULL,
	"channel" text NOT NULL,
	"kind" text NOT NULL,
	"review_id" text,
	"model_version_id" text,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"url" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"is_given_up" boolean DEFAULT false NOT NULL,
	"last_error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notices_key" UNIQUE("key","channel")
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"endpoint" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"keys" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "qualifications" (
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"granted_by" text NOT NULL,
	"granted_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "qualifications_handle_name_pk" PRIMARY KEY("handle","name")
);
--> statement-breakpoint
CREATE TABLE "received_mails" (
	"message_id" text PRIMARY KEY NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "review_attachments" (
	"id" text PRIMARY KEY NOT NULL,
	"review_id" text NOT NULL,
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"size" integer NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "review_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"review_id" text NOT NULL,
	"kind" text NOT NULL,
	"handle" text NOT NULL,
	"text" text NOT NULL,
	"mentions" text[] NOT NULL,
	"channel" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "review_views" (
	"review_id" text NOT NULL,
	"handle" text NOT NULL,
	"revision" integer NOT NULL,
	"what" text NOT NULL,
	"channel" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "review_views_review_id_handle_revision_what_pk" PRIMARY KEY("review_id","handle","revision","what")
);
--> statement-breakpoint
CREATE TABLE "saved_filters" (
	"id" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"name" text NOT NULL,
	"query" text NOT NULL,
	"is_shared" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "saved_filters_name" UNIQUE("handle","name")
);
--> statement-breakpoint
CREATE TABLE "slack_links" (
	"code_hash" text PRIMARY KEY NOT NULL,
	"slack_user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "slack_requests" (
	"request_hash" text PRIMARY KEY NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"handle" text NOT NULL,
	"model" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "subscriptions_handle_model_pk" PRIMARY KEY("handle","model")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"endpoint_id" text NOT NULL,
	"source" text NOT NULL,
	"type" text NOT NULL,
	"body" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp (3) with time zone NOT NULL,
	"last_status" integer,
	"last_error" text,
	"delivered_at" timestamp (3) with time zone,
	"is_given_up" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_deliveries_source" UNIQUE("endpoint_id","source","type")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"description" text NOT NULL,
	"types" text[] NOT NULL,
	"model" text,
	"algorithm" text NOT NULL,
	"secret" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"disabled_reason" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "on_behalf_of" text;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "assurance" text;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "signature" jsonb;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "carried_from" text;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "groups" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "time_zone" text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "slack_user_id" text;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "accountable" text;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "aliases" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "preferences" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "review_candidates" ADD COLUMN "via" text;--> statement-breakpoint
ALTER TABLE "review_candidates" ADD COLUMN "on_behalf_of" text;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "delegated_by" text;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "suspension" jsonb;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "escalation_level" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "reminded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "start_by" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "started_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "stepped_up_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "absences" ADD CONSTRAINT "absences_handle_people_handle_fk" FOREIGN KEY ("handle") REFERENCES "public"."people"("handle") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "absences" ADD CONSTRAINT "absences_deputy_people_handle_fk" FOREIGN KEY ("deputy") REFERENCES "public"."people"("handle") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "qualifications" ADD CONSTRAINT "qualifications_handle_people_handle_fk" FOREIGN KEY ("handle") REFERENCES "public"."people"("handle") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "absences_person" ON "absences" USING btree ("handle","ends_at");--> statement-breakpoint
CREATE INDEX "card_copies_due" ON "card_copies" USING btree ("channel","available_at") WHERE is_due AND NOT is_given_up;--> statement-breakpoint
CREATE INDEX "conditions_review" ON "conditions" USING btree ("review_id");--> statement-breakpoint
CREATE INDEX "conditions_version" ON "conditions" USING btree ("model_version_id");--> statement-breakpoint
CREATE INDEX "deferred_decisions_review" ON "deferred_decisions" USING btree ("review_id");--> statement-breakpoint
CREATE INDEX "mail_tokens_review" ON "mail_tokens" USING btree ("review_id");--> statement-breakpoint
CREATE INDEX "notices_due" ON "notices" USING btree ("channel","available_at") WHERE sent_at IS NULL AND NOT is_given_up;--> statement-breakpoint
CREATE INDEX "review_attachments_review" ON "review_attachments" USING btree ("review_id");--> statement-breakpoint
CREATE INDEX "review_comments_review" ON "review_comments" USING btree ("review_id","created_at");--> statement-breakpoint
CREATE INDEX "review_views_person" ON "review_views" USING btree ("handle","opened_at");--> statement-breakpoint
CREATE INDEX "saved_filters_shared" ON "saved_filters" USING btree ("name") WHERE is_shared;--> statement-breakpoint
CREATE INDEX "slack_requests_received" ON "slack_requests" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("available_at") WHERE delivered_at IS NULL AND NOT is_given_up;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_slack_user_id_unique" UNIQUE("slack_user_id");--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON absences, qualifications, journal_readers, card_copies, notices, mail_tokens, slack_links, conditions, deferred_decisions, webhook_endpoints, webhook_deliveries TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON subscriptions, saved_filters, push_subscriptions, slack_requests, bounced_addresses TO countersign_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON review_comments, review_attachments, review_views, received_mails TO countersign_app;
--> statement-breakpoint
GRANT DELETE ON review_candidates TO countersign_app;
