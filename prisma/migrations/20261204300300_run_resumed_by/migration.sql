-- Who answers for a run since it was resumed: whoever began it may be gone. Null: nobody has resumed it.
ALTER TABLE "account_run" ADD COLUMN "resumed_by" TEXT;
