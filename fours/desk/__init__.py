"""The screens and addresses that belong to no single area: worklist, tasks, settings, search, papers, the API's ground."""
