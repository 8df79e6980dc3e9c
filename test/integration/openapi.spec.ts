/** The interface describes itself, from the DTOs that check it. */
import { TestClient } from '../support/http-client';
import { sharedNodes } from '../support/shared';

it('describes every route, and bodies by their DTOs', async () => {
  const [node] = await sharedNodes('node');
  const { status, body } = await new TestClient(node.url).get<{
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: Record<string, { required?: string[]; properties: Record<string, unknown> }> };
  }>('/api/openapi.json');
  expect(status).toBe(200);
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining([
      '/api/auth/login',
      '/api/session',
      '/api/switch_platform/{id}',
      '/api/posts',
      '/api/admin/users/{id}/disable',
    ]),
  );
  expect(body.components.schemas.LoginDto).toMatchObject({
    required: ['username', 'password'],
    properties: { username: { type: 'string' }, platform_id: { type: 'number' } },
  });
});
