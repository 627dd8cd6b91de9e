"""The verbs of the command line, in folders by what people do with them."""
