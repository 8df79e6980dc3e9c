/** A client that validates every response against the server's own OpenAPI document. */
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';

export interface ApiDocument {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { content?: object }> }>>;
  components: { schemas: Record<string, Json> };
}

/** Forbids properties that are not described. */
function closed<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema), (_, node) =>
    node?.type === 'object' && node.properties && !('additionalProperties' in node)
      ? { ...node, additionalProperties: false }
      : node,
  ) as T;
}

const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

export class Description {
  /** Operations with a successful response so far. */
  readonly answered = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/ } });

  constructor(readonly document: ApiDocument) {
    const components = { ...document.components, schemas: closed(document.components.schemas) };
    this.ajv.addSchema({ $id: 'api', paths: document.paths, components } as object);
  }

  /** @throws Error if the response is not as described */
  check(method: string, path: string, { status, body, text, headers }: Answer<unknown>): void {
    const asked = path.split('?')[0]!;
    // If two paths match, the one with fewer parameters is meant.
    const template = Object.keys(this.document.paths)
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .find((each) => new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked));
    const operation = this.document.paths[template ?? '']?.[method.toLowerCase()];
    const described = operation?.responses[status];
    if (!operation || !described) throw new Error(`${method} ${path} ${status} is not described: ${text}`);
    if (status < 300) this.answered.add(operation.operationId);
    const [type] = Object.keys(described.content ?? {});
    if (!type) return void expect([path, text]).toEqual([path, '']);
    expect(headers['content-type']).toContain(type);
    const pointer = ['paths', template!, method.toLowerCase(), 'responses', `${status}`, 'content', type, 'schema'];
    const validate = this.ajv.getSchema(`api#/${pointer.map(escapePointer).join('/')}`) as ValidateFunction;
    if (!validate(body)) throw new Error(`${method} ${path}: ${this.ajv.errorsText(validate.errors)} in ${text}`);
  }
}

export class DescribedClient extends TestClient {
  constructor(
    url: string,
    private readonly description: Description,
  ) {
    super(url);
  }

  override async request<T = Json>(method: string, path: string, options?: RequestOptions): Promise<Answer<T>> {
    const answer = await super.request<T>(method, path, options);
    this.description.check(method, path, answer);
    return answer;
  }
}
