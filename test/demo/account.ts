/**
 * The demo accounts, for local use only. Their ids and keys are those of the published documents, so that the examples
 * there run unchanged. The keys are public and must not be used elsewhere.
 */
export const ACCOUNT = { id: "5d2c1f0e-6a3b-4c48-9d57-1e8f0a7b3c61", name: "Demo" };

export const TEAM = {
  id: "b9f52ce4-21d8-4a0d-8134-cda9d78da8fa",
  slug: "alpha-team",
  name: "Alpha Team",
  timeZone: "America/New_York",
  key: "demo-team-key-for-local-use-only-123456789a",
};

/** The key that StatsAware's document shows. */
export const INTEGRATION = { id: "0b7e6a52-93d4-4f1c-8c2a-d15f4e60b7a8", name: "Demo", key: "tc_U9aXo8zTqJ7bY2wV3sDc" };

/** Answers 403 "Integration not active". */
export const INACTIVE = {
  id: "c4a8d0f3-2b6e-4719-a5d1-70e93b8f4c26",
  name: "Demo, switched off",
  key: "tc_InactiveInactive0000",
};

/** Answers 403 "Account onboarding incomplete". */
export const NOT_ONBOARDED = {
  account: { id: "e71b9c35-8f04-4d6a-b2e9-36a5c0d8174f", name: "Demo, not set up" },
  team: {
    id: "38f6e2b1-c5d7-4a90-8e13-f4b27a96d05c",
    slug: "beta-team",
    name: "Beta Team",
    timeZone: "Europe/London",
  },
  integration: { id: "9a30d7c8-e1f5-4b62-9c84-25d6b1f07e3a", name: "Demo, not set up", key: "tc_NotOnboardedYet00000" },
};

/** The key from which the demo derives the secrets of its webhooks. It is for local use only, like the other keys. */
export const SIGNING_KEY = "demo-signing-key-for-local-use-only-1234567";
