// For npm run test:bun:whole: see test/support/runtime.ts.
process.env.TEST_RUNTIME = "bun-whole";
if (process.versions.bun === undefined) throw new Error("these tests run on Bun: npm run test:bun:whole");
