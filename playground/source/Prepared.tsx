// The sidebar's list of operations that the server prepared: one click opens a tab with one.
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { type DefinitionNode, Kind, type OperationDefinitionNode, parse } from "graphql";
import type { PreparedOperation } from "./offer";
import { variablesFor } from "./variables";

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <path d="M3 1.7h7l3 3v9.6H3z" strokeLinejoin="round" />
      <path d="M6 6.6 10.500 9 6 11.4z" fill="currentColor" strokeLinejoin="round" />
    </svg>
  );
}

function List({ operations }: { operations: PreparedOperation[] }) {
  const { addTab, setOperationFacts } = useGraphiQLActions();
  const { queryEditor, variableEditor, schema, tabs, activeTabIndex } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    schema: state.schema,
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
  }));

  function open({ name, document }: PreparedOperation) {
    if (tabs[activeTabIndex]?.query?.trim()) addTab();
    queryEditor?.setValue(document);
    variableEditor?.setValue(variablesFor(document, schema));
    // The editor finds these out after a pause; whoever runs the operation at once needs them now.
    const documentAST = parse(document);
    const operations = documentAST.definitions.filter(isOperation);
    setOperationFacts({ documentAST, operations, operationName: name });
    queryEditor?.focus();
  }

  return (
    <section className="prepared" aria-labelledby="prepared-title">
      <h2 id="prepared-title">Prepared operations</h2>
      <ul>
        {operations.map((operation) => (
          <li key={operation.name}>
            <button type="button" onClick={() => open(operation)}>
              <strong>{operation.name}</strong>
              <span>{operation.purpose}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function preparedPlugin(operations: PreparedOperation[]): GraphiQLPlugin {
  return {
    title: "Prepared operations",
    icon: Icon,
    content: () => <List operations={operations} />,
  };
}

const isOperation = (node: DefinitionNode): node is OperationDefinitionNode =>
  node.kind === Kind.OPERATION_DEFINITION;
