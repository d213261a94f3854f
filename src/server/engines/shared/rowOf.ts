/**
 * A tuple with the fields of `T` in the order of their names, `Order`. If `Order` lacks a field, the type is no tuple
 * and names the field: code that makes the tuple cannot drop a new field silently.
 */
export type RowOf<T, Order extends readonly (keyof T)[]> = [Exclude<keyof T, Order[number]>] extends [never]
  ? { -readonly [I in keyof Order]: Order[I] extends keyof T ? T[Order[I]] : never }
  : { readonly missing: Exclude<keyof T, Order[number]> };
