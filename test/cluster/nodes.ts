// `npm run test:cluster` loads this before the test files: each server of a test then has three nodes
// (test/support/fixture.ts).
process.env.TEST_NODES ??= "3";
