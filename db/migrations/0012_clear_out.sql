CREATE TABLE "removed_rows" (
	"table_name" text PRIMARY KEY NOT NULL,
	"rows" bigint NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "mail_tokens_expired" ON "mail_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "notices_finished" ON "notices" USING btree (coalesce(sent_at, available_at)) WHERE sent_at IS NOT NULL OR is_given_up;--> statement-breakpoint
CREATE INDEX "sessions_over" ON "sessions" USING btree (coalesce(ended_at, expires_at));--> statement-breakpoint
CREATE INDEX "slack_links_expired" ON "slack_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_finished" ON "webhook_deliveries" USING btree (coalesce(delivered_at, available_at)) WHERE delivered_at IS NOT NULL OR is_given_up;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON removed_rows TO countersign_app;
--> statement-breakpoint
GRANT DELETE ON webhook_deliveries, notices, mail_tokens, slack_links, sessions TO countersign_app;
