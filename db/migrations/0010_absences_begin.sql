ALTER TABLE "absences" ADD COLUMN "begun_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "absences" ADD COLUMN "ended_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "absences_unfinished" ON "absences" USING btree ("starts_at") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "reviews_resting" ON "reviews" USING btree ("id") WHERE suspension is not null and closed_at is null;