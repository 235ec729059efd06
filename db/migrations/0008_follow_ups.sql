ALTER TABLE "processes" DROP CONSTRAINT "processes_version_kind_round";--> statement-breakpoint
CREATE UNIQUE INDEX "deferred_decisions_pending" ON "deferred_decisions" USING btree ("review_id","handle") WHERE state = 'PENDING';--> statement-breakpoint
CREATE UNIQUE INDEX "processes_version_kind_round" ON "processes" USING btree ("model_version_id","kind","round") WHERE kind <> 'follow_up';