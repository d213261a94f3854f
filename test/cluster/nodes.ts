// Each server of the tests that are run behind this is made of three nodes: see test/support/fixture.ts.
process.env.TEST_NODES ??= "3";
