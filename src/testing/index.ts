/** Test utilities for applications that use the package. */
export { createPlatform, createUser, type PlatformFields, signIn } from './factories';
export { FakeClock } from './fake-clock';
export { type TestAnswer, TestClient, type TestRequest } from './test-client';
