"""The measures of a period: facts of each deployment, figures with their numbers of cases, and the report."""
