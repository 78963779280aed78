// A first draft of a document's variables: what it cannot do without, and today for a date.
import {
  type GraphQLInputType,
  type GraphQLSchema,
  Kind,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  parse,
  typeFromAST,
  type VariableDefinitionNode,
} from "graphql";

type Schema = GraphQLSchema | null | undefined;

const DEEPEST = 4;
const BLANKS: Record<string, unknown> = { Int: 0, Cents: 0, Float: 0, Boolean: false };

export function variablesFor(text: string, schema: Schema): string {
  const draft: Record<string, unknown> = {};
  for (const definition of parse(text).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const each of definition.variableDefinitions ?? []) {
      const value = each.defaultValue ? undefined : drafted(each, schema);
      if (value !== undefined) draft[each.variable.name.value] = value;
    }
  }
  return Object.keys(draft).length > 0 ? JSON.stringify(draft, null, 2) : "";
}

function drafted({ type }: VariableDefinitionNode, schema: Schema): unknown {
  if (type.kind === Kind.NAMED_TYPE) return type.name.value === "Date" ? today() : undefined;
  if (type.kind === Kind.LIST_TYPE) return undefined;
  const known = schema && (typeFromAST(schema, type) as GraphQLInputType | undefined);
  return known ? blank(known, DEEPEST) : "";
}

function blank(type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return blank(type.ofType, depth);
  if (isListType(type)) return [];
  if (!isInputObjectType(type)) return BLANKS[getNamedType(type).name] ?? "";
  if (depth === 0) return null;
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(fields.map((field) => [field.name, blank(field.type, depth - 1)]));
}

function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
