/** Limits every text and list of a body by raw length, before the DTO's validators run. */
import { getMetadataStorage } from 'class-validator';
import { invalidField } from './app-error';

/** Limits of fields without MaxLength or ArrayMaxSize; UTF-16 units and items. */
const DEFAULT_TEXT_LENGTH = 4096;
const DEFAULT_LIST_LENGTH = 64;

interface Bounds {
  text: number;
  list: number;
}

const boundsByDto = new WeakMap<object, Map<string, Bounds>>();

/** Reads the limits that the DTO declares, so that new fields are covered. */
function boundsOf(dto: object): Map<string, Bounds> {
  const known = boundsByDto.get(dto);
  if (known) return known;
  const bounds = new Map<string, Bounds>();
  for (const { name, propertyName, constraints } of getMetadataStorage().getTargetValidationMetadatas(
    dto as Parameters<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[0],
    '',
    false,
    false,
  )) {
    const own = bounds.get(propertyName) ?? { text: DEFAULT_TEXT_LENGTH, list: DEFAULT_LIST_LENGTH };
    const limit = Number(constraints?.[0]);
    if (name === 'maxLength') own.text = limit;
    if (name === 'arrayMaxSize') own.list = limit;
    bounds.set(propertyName, own);
  }
  boundsByDto.set(dto, bounds);
  return bounds;
}

/**
 * Needed as a field's decorators run in sequence: one that scans a text or compares list items may run before the one
 * that limits the length.
 * @throws AppError VALIDATION_ERROR
 */
export function requireWithinBounds(body: object, dto: object): void {
  const bounds = boundsOf(dto);
  for (const [field, value] of Object.entries(body)) {
    const own = bounds.get(field);
    if (own) requireShort(field, value, own);
  }
}

function requireShort(field: string, value: unknown, bounds: Bounds): void {
  if (typeof value === 'string' && value.length > bounds.text) {
    throw invalidField(field, `${field} must be shorter than or equal to ${bounds.text} characters`);
  }
  if (typeof value !== 'object' || value === null) return;
  const items: unknown[] = Object.values(value);
  // Objects with many fields are slow to transform, even where a field expects no object.
  if (items.length > (Array.isArray(value) ? bounds.list : DEFAULT_LIST_LENGTH)) {
    throw invalidField(field, `${field} must contain no more than ${bounds.list} elements`);
  }
  for (const each of items) {
    requireShort(field, each, { text: Math.min(bounds.text, DEFAULT_TEXT_LENGTH), list: DEFAULT_LIST_LENGTH });
  }
}
