"""Problems to and from other tools: exports, and imports of published data sets."""
