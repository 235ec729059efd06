DROP INDEX "review_candidates_handle";--> statement-breakpoint
CREATE INDEX "journal_entries_at" ON "journal"."entries" USING brin ("at");--> statement-breakpoint
CREATE INDEX "review_candidates_open" ON "review_candidates" USING btree ("handle","review_id") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "review_candidates_closed" ON "review_candidates" USING btree ("handle","closed_at","review_id") WHERE closed_at is not null;--> statement-breakpoint
CREATE INDEX "review_candidates_role" ON "review_candidates" USING btree ("role","due_at","review_id") WHERE is_waiting;--> statement-breakpoint
CREATE INDEX "reviews_closed" ON "reviews" USING btree ("closed_at","id") WHERE closed_at is not null;